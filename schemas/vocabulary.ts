// The closed sets of words that events use; the newest avro/event.vN.avsc is the contract itself and a test holds the two together.
export type ProgressKind = 'trying' | 'ringing' | 'early_media';
export type BridgeKind = 'talk' | 'hold' | 'park' | 'conference' | 'announce';
export type TransferKind = 'blind' | 'attended' | 'forward' | 'pickup' | 'park_retrieve';
export type TransferResult = 'unknown' | 'completed' | 'failed';
export type ForwardReason = 'none' | 'busy' | 'no_answer' | 'unconditional';
export type EndedBy = 'unknown' | 'near' | 'far' | 'switch';
export type ClosingRule = 'new_boot' | 'channel_gone' | 'silence';
export type App = 'voicemail' | 'ivr' | 'conference' | 'meeting' | 'park' | 'fax' | 'other' | 'spy';
export type RefusalReason = 'full' | 'closed' | 'no_agents' | 'divert_wait' | 'divert_ratio' | 'other';
export type VisitOrigin = 'call' | 'transfer' | 'overflow' | 'callback';
export type OfferOutcome = 'answered' | 'no_answer' | 'busy' | 'rejected' | 'lost_race' | 'caller_left' | 'failed';
export type LeaveOutcome =
  | 'abandoned'
  | 'timeout'
  | 'exit_key'
  | 'no_agents'
  | 'withdrawn'
  | 'callback_accepted'
  | 'failed';
export type ContactEndedBy = 'unknown' | 'agent' | 'caller' | 'transfer' | 'switch';
export type RecordingFailure = 'absent' | 'missing_object' | 'checksum_mismatch' | 'conflict' | 'unreadable';
export type LegDirection = 'unknown' | 'in' | 'out';
export type EndpointKind = 'unknown' | 'user' | 'trunk' | 'local' | 'app';
export type AnsweringMachine = 'unknown' | 'human' | 'machine';
export type Presentation = 'allowed' | 'restricted' | 'unavailable';
export type SwitchKind = 'freeswitch' | 'asterisk' | 'kamailio' | 'hosted' | 'simulator' | 'other';
export type Precision = 'us' | 'ms' | 's' | 'receipt';
