import { crc32 } from 'node:zlib';

/** The three CRCs that S3 knows; all are reflected, with all ones as initial value and final mask. */
export type CrcName = 'CRC32' | 'CRC32C' | 'CRC64NVME';

export type RunningCrc = { update: (data: Uint8Array) => void; digest: () => Buffer };

const polynomials: Readonly<Record<CrcName, { readonly bits: bigint; readonly reflected: bigint }>> = {
  CRC32: { bits: 32n, reflected: 0xedb88320n },
  CRC32C: { bits: 32n, reflected: 0x82f63b78n },
  CRC64NVME: { bits: 64n, reflected: 0x9a6c9329ac4bc9b5n },
};

/** Starts a CRC over a stream; its digest is big-endian, as S3 writes it. */
export function createCrc(name: CrcName): RunningCrc {
  switch (name) {
    case 'CRC32':
      return createCrc32();
    case 'CRC32C':
      return createCrc32c();
    case 'CRC64NVME':
      return createCrc64();
  }
}

function createCrc32(): RunningCrc {
  let crc = 0;
  return {
    update: (data) => {
      crc = crc32(data, crc);
    },
    digest: () => bigEndian(BigInt(crc), 32n),
  };
}

function createCrc32c(): RunningCrc {
  let crc = 0xffffffff;
  return {
    update: (data) => {
      let running = crc;
      for (const byte of data) running = crc32cTable[(running ^ byte) & 0xff]! ^ (running >>> 8);
      crc = running;
    },
    digest: () => bigEndian(BigInt(~crc >>> 0), 32n),
  };
}

/** 64 bits as two halves of 32: BigInt arithmetic a byte would be some fifty times slower. */
function createCrc64(): RunningCrc {
  let [high, low] = [0xffffffff, 0xffffffff];
  return {
    update: (data) => {
      let [runningHigh, runningLow] = [high, low];
      for (const byte of data) {
        const index = (runningLow ^ byte) & 0xff;
        runningLow = ((runningLow >>> 8) | (runningHigh << 24)) ^ crc64LowTable[index]!;
        runningHigh = (runningHigh >>> 8) ^ crc64HighTable[index]!;
      }
      [high, low] = [runningHigh, runningLow];
    },
    digest: () => bigEndian((BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0), 64n),
  };
}

const crc32cTable = Uint32Array.from(tableOf('CRC32C'), Number);
const crc64Table = tableOf('CRC64NVME');
const crc64HighTable = Uint32Array.from(crc64Table, (entry) => Number(entry >> 32n));
const crc64LowTable = Uint32Array.from(crc64Table, (entry) => Number(entry & 0xffffffffn));

function tableOf(name: CrcName): bigint[] {
  return Array.from({ length: 256 }, (_, byte) => {
    let entry = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) entry = timesX(entry, polynomials[name].reflected);
    return entry;
  });
}

/** Multiplies by x modulo the polynomial; reflected, the lowest bit is the highest power. */
function timesX(value: bigint, reflected: bigint): bigint {
  return (value & 1n) === 1n ? (value >> 1n) ^ reflected : value >> 1n;
}

/**
 * The CRC of two strings joined, from the CRC of each and the length of the second: CRC(a ‖ b) = CRC(a)·x^(8·|b|) + CRC(b).
 * It lets a multipart object have the checksum of its whole content without reading it again.
 */
export function combineCrcs(name: CrcName, first: Buffer, second: Buffer, secondLength: number): Buffer {
  const { bits } = polynomials[name];
  const shift = powerOfX(name, 8n * BigInt(secondLength));
  return bigEndian(multiply(name, toBigInt(first), shift) ^ toBigInt(second), bits);
}

function powerOfX(name: CrcName, exponent: bigint): bigint {
  const one = 1n << (polynomials[name].bits - 1n);
  let [result, square] = [one, one >> 1n];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = multiply(name, result, square);
    square = multiply(name, square, square);
  }
  return result;
}

function multiply(name: CrcName, a: bigint, b: bigint): bigint {
  const { bits, reflected } = polynomials[name];
  let [product, shifted] = [0n, b];
  for (let bit = bits - 1n; bit >= 0n; bit--) {
    if (((a >> bit) & 1n) === 1n) product ^= shifted;
    shifted = timesX(shifted, reflected);
  }
  return product;
}

function toBigInt(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function bigEndian(value: bigint, bits: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(Number(bits / 4n), '0'), 'hex');
}
