import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FrameSplitter } from '../network/frame-splitter.ts';
import { Reader } from '../protocol/reader.ts';
import { Writer } from '../protocol/writer.ts';

/** Speaks to a broker request by request, for what no client library would send. */
export class WireClient {
  readonly socket: Socket;
  readonly #waiting: { resolve: (answer: Buffer) => void; reject: (error: Error) => void }[] = [];
  readonly #splitter = new FrameSplitter(2 ** 30);
  #correlationId = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      for (const frame of this.#splitter.push(chunk)) this.#waiting.shift()?.resolve(frame);
    });
    socket.on('error', () => undefined); // followed by close
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('the broker closed the connection'));
    });
  }

  static async connect(address: string): Promise<WireClient> {
    const [host = '', port = ''] = address.split(':');
    const socket = connect({ host, port: Number(port) });
    await once(socket, 'connect');
    return new WireClient(socket);
  }

  /** The answer after its header. Rejects when the broker hangs up instead. */
  async request(apiKey: number, apiVersion: number, body: (writer: Writer) => void): Promise<Reader> {
    this.#correlationId += 1;
    const expected = this.#correlationId;
    const writer = new Writer(64).int16(apiKey).int16(apiVersion).int32(expected).nullableString('wire-client');
    body(writer);
    const answer = new Reader(await this.send(Buffer.concat(writer.parts() as Buffer[])));
    const correlationId = answer.int32();
    if (correlationId !== expected) throw new Error(`answer ${correlationId} to request ${expected}`);
    return answer;
  }

  /** Sends a frame and waits for the next answer. */
  send(frame: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (!this.socket.writable) {
        reject(new Error('the broker closed the connection'));
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.socket.write(Buffer.concat([new Writer(4).int32(frame.length).parts()[0] as Buffer, frame]));
    });
  }

  close(): void {
    this.socket.destroy();
  }
}
