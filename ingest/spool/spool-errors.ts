/** There is no more room: nothing of the call was kept. */
export class SpoolFull extends Error {
  override readonly name = 'SpoolFull';
}

/** What was kept can no longer be read, or nothing more be kept; an operator must look. */
export class SpoolDamaged extends Error {
  override readonly name = 'SpoolDamaged';
}
