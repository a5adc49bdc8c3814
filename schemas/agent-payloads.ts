// Payloads of agent and switch events; see payloads.ts.

import type { NoFields } from './payloads.ts';

export type AgentLoggedIn = {
  agent_id: string;
  session_id: string;
  device: string;
};

export type AgentLoggedOut = {
  agent_id: string;
  session_id: string;
};

export type AgentQueueJoined = {
  agent_id: string;
  queue_id: string;
  penalty: number | null;
};

export type AgentQueueLeft = {
  agent_id: string;
  queue_id: string;
  cause: string;
};

export type AgentPaused = {
  agent_id: string;
  queue_id: string | null;
  reason: string;
};

export type AgentUnpaused = {
  agent_id: string;
  queue_id: string | null;
};

export type AgentWrapStarted = {
  agent_id: string;
  visit_id: string;
  limit_ms: number | null;
};

export type AgentWrapEnded = {
  agent_id: string;
  visit_id: string;
};

export type AgentSnapshot = {
  agent_id: string;
  status: string;
  queue_ids: readonly string[];
};

export type SwitchStarted = NoFields;

export type SwitchHeartbeat = NoFields;

export type SwitchChannels = {
  leg_ids: readonly string[];
};

export type AdapterGap = {
  from_seq: number;
  to_seq: number;
  reason: string;
  from_at: number | null;
  to_at: number | null;
};
