// No control, format (such as U+202E) or line-separating characters, no halves of surrogate pairs, no blanks around.
const pattern = '^(?!\\s)[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]*(?<!\\s)$';

type NameRules = { readonly minLength: number; readonly maxLength: number; readonly pattern: string };

/** What a switch may be called, in the words of JSON Schema: what is not seen in a name tells two switches apart. */
export const switchNameRules: NameRules = { minLength: 1, maxLength: 128, pattern };

/** What an API key may be called. */
export const keyNameRules: NameRules = { minLength: 1, maxLength: 100, pattern };

/** The pattern of the rules, to people. */
export const nameForm = 'without blanks around it, without control and invisible characters';

const matches = new RegExp(pattern, 'u');

export const fulfils = (name: string, { minLength, maxLength }: NameRules): boolean =>
  name.length >= minLength && name.length <= maxLength && matches.test(name);
