import process from 'node:process';
import type { HeaderSet } from './freeswitch-frames.ts';
import { type FreeswitchOptions, startFreeswitchPeer } from './freeswitch-peer.ts';

// A FreeSWITCH in a process of its own, so that it can be killed: options come as JSON in the first argument, events
// to fire as messages; the port is told when it listens.

const peer = await startFreeswitchPeer(JSON.parse(process.argv[2] ?? '{}') as FreeswitchOptions);
process.on('message', (events: readonly HeaderSet[]) => peer.fire(events));
process.on('disconnect', () => process.exit(0));
process.send?.({ port: peer.port, coreUuid: peer.coreUuid() });
