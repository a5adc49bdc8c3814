/** Why a record could not be used. Bad input is a value: it is kept with this, and shown. */
export type Rejection = {
  /** Stable, UPPER_SNAKE; listed in docs/errors.md. */
  code: string;
  /** Says which field is wrong and the way out. */
  message: string;
  /** Path of the offending field, empty where it is the whole record. */
  field: string;
};
