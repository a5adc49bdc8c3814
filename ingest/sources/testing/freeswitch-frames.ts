export type HeaderSet = Readonly<Record<string, string>>;

/** A frame as an event socket sends it. */
export const frame = (type: string, body: string): Buffer =>
  Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\nContent-Type: ${type}\n\n${body}`);

/** An event as a frame of text/event-plain. */
export const eventFrame = (headers: HeaderSet): Buffer => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${encodeURIComponent(value)}\n`);
  return frame('text/event-plain', `${lines.join('')}\n`);
};
