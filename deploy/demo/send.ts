import type { IngestClient } from '../feed/ingest-client.ts';
import type { SimulatedCall } from './call-centre.ts';
import type { Due } from './timeline.ts';
import { createRandom } from './random.ts';
import { speechLikeWav } from './wav.ts';

const eventsPerRequest = 500;
const uploadsAtOnce = 4;
const audioMs = 3000;

/** Resolves when ingest has accepted all of it; throws where it refused an event, as the demo sends none that is wrong. */
export const sendDues = async (client: IngestClient, dues: readonly Due[]): Promise<void> => {
  const events = dues.flatMap((due) => ('event' in due ? [due.event] : []));
  for (let at = 0; at < events.length; at += eventsPerRequest) {
    const content = JSON.stringify(events.slice(at, at + eventsPerRequest));
    const answer = await client.send('/v1/ingest/freeswitch/events', { content, contentType: 'application/json' });
    const [wrong] = answer.rejected;
    if (wrong !== undefined) throw new Error(`ingest refused an event of the demo: ${wrong.code} ${wrong.message}`);
  }
  const uploads = dues.flatMap((due) => ('upload' in due ? [due.upload] : []));
  const worker = async (): Promise<void> => {
    for (let call = uploads.pop(); call !== undefined; call = uploads.pop()) await uploadRecording(client, call);
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, worker));
};

/** Sends the audio of a simulated call, which is the same whenever it is sent. */
export const uploadRecording = async (client: IngestClient, { recording, truth }: SimulatedCall): Promise<void> => {
  if (recording === null) return;
  await client.upload({
    recordingId: recording.recording_id,
    callKey: recording.call_key,
    legId: recording.leg_id,
    switchId: truth.switch_id,
    startedAtUs: truth.answered_at ?? truth.started_at,
    audio: audioOf(recording.recording_id),
  });
};

const voices = 24;
const audioOfVoice = new Map<number, Buffer>();

/** One of a few made-up sounds, the same for a recording whenever it is asked. */
const audioOf = (recordingId: string): Buffer => {
  const voice = createRandom(recordingId).integer(1, voices);
  const audio = audioOfVoice.get(voice) ?? speechLikeWav(`voice ${voice}`, audioMs);
  audioOfVoice.set(voice, audio);
  return audio;
};
