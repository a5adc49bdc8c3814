import type { Random } from './random.ts';

// The company whose calls are simulated. All numbers are from ranges kept for fiction: North America 555-01xx, London
// 020 7946 0xxx, Berlin 030 23125 xxx, Paris 01 99 00 xx xx.

export type Party = { name: string; number: string };
export type Switch = { name: string; address: string };
export type Queue = { id: string; number: string; agents: readonly Party[] };

export const switches: readonly Switch[] = [
  { name: 'fs-east-1', address: '192.0.2.11' },
  { name: 'fs-west-1', address: '192.0.2.21' },
];

/** Addresses of carriers, from a range kept for documentation. */
export const carriers: readonly string[] = ['198.51.100.10', '198.51.100.20', '203.0.113.5'];

const names = [
  'Ada Moreau',
  'Ben Okafor',
  'Chloe Lindqvist',
  'Dario Santos',
  'Emma Novak',
  'Farid Haddad',
  'Grace Tanaka',
  'Hugo Fischer',
  'Ines Carvalho',
  'Jonas Weber',
  'Kira Petrova',
  'Liam Byrne',
  'Mina Rossi',
  'Noah Jansen',
  'Olga Kovacs',
  'Priya Nair',
];

/** Extensions 1201 to 1216. */
export const staff: readonly Party[] = names.map((name, at) => ({ name, number: String(1201 + at) }));

export const queues: readonly Queue[] = [
  { id: 'support@default', number: '+12025550100', agents: staff.slice(0, 7) },
  { id: 'sales@default', number: '+12025550101', agents: staff.slice(5, 11) },
  { id: 'billing@default', number: '+12025550102', agents: staff.slice(10, 14) },
];

/** Numbers that the company answers with a menu. */
export const menuNumber = '+12025550103';

/** The number that an extension is called on from outside. */
export const directNumber = (extension: string): string => `+4420794600${extension.slice(2)}`;

const digits = (random: Random, count: number): string =>
  String(random.integer(0, 10 ** count - 1)).padStart(count, '0');

const outsideNumbers: readonly ((random: Random) => string)[] = [
  (random) => `+1202555${String(random.integer(110, 199)).padStart(4, '0')}`,
  (random) => `+1415555${String(random.integer(100, 199)).padStart(4, '0')}`,
  (random) => `+442079460${digits(random, 3)}`,
  (random) => `+493023125${digits(random, 3)}`,
  (random) => `+331990${digits(random, 5)}`,
];

const outsideNames = [
  'WIRELESS CALLER',
  'Acme Tools',
  'Blue Harbor',
  'Corner Bakery',
  'Delta Motors',
  'Elm Street Clinic',
];

/** Somebody outside the company; half of them come without a name. */
export const outsider = (random: Random): Party => {
  const number = random.pick(outsideNumbers)(random);
  return { name: random.chance(0.5) ? number : random.pick(outsideNames), number };
};
