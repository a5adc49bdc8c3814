import { crc32 } from 'node:zlib';
import type { Message } from '../publishing.ts';

// A frame on disk: u32 length of the content, u32 CRC-32 of it, the content (big-endian). The content is u16 length and
// topic, u32 length and key, value. A frame that is cut or changed is told by its length or its CRC.

const headerBytes = 8;

export const encodeFrame = ({ topic, key, value }: Message): Buffer => {
  const topicBytes = Buffer.byteLength(topic);
  const keyBytes = Buffer.byteLength(key);
  const contentBytes = 2 + topicBytes + 4 + keyBytes + value.length;
  const frame = Buffer.allocUnsafe(headerBytes + contentBytes);
  let at = frame.writeUInt32BE(contentBytes, 0) + 4;
  at = frame.writeUInt16BE(topicBytes, at);
  at += frame.write(topic, at, 'utf8');
  at = frame.writeUInt32BE(keyBytes, at);
  at += frame.write(key, at, 'utf8');
  value.copy(frame, at);
  frame.writeUInt32BE(crc32(frame.subarray(headerBytes)), 4);
  return frame;
};

/** The whole and sound frames at the beginning of some bytes, and how many bytes they take. */
export const decodeFrames = (bytes: Buffer): { messages: Message[]; length: number } => {
  const messages: Message[] = [];
  let at = 0;
  while (at + headerBytes <= bytes.length) {
    const end = at + headerBytes + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    const content = bytes.subarray(at + headerBytes, end);
    if (crc32(content) !== bytes.readUInt32BE(at + 4)) break;
    const message = decodeContent(content);
    if (message === null) break;
    messages.push(message);
    at = end;
  }
  return { messages, length: at };
};

const decodeContent = (content: Buffer): Message | null => {
  if (content.length < 6) return null;
  const topicEnd = 2 + content.readUInt16BE(0);
  if (topicEnd + 4 > content.length) return null;
  const keyEnd = topicEnd + 4 + content.readUInt32BE(topicEnd);
  if (keyEnd > content.length) return null;
  return {
    topic: content.toString('utf8', 2, topicEnd),
    key: content.toString('utf8', topicEnd + 4, keyEnd),
    value: content.subarray(keyEnd),
  };
};
