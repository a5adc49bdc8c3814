/** What the name of a switch may be, in the words of JSON Schema: what is not seen in a name tells two switches apart. */
export const switchNameRules = {
  minLength: 1,
  maxLength: 128,
  // No control, format (such as U+202E) or line-separating characters, no halves of surrogate pairs, no blanks around.
  pattern: '^(?!\\s)[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]*(?<!\\s)$',
} as const;

/** The pattern of the rules, to people. */
export const switchNameForm = 'without blanks around it, without control and invisible characters';

const pattern = new RegExp(switchNameRules.pattern, 'u');

export const isSwitchName = (name: string): boolean =>
  name.length >= switchNameRules.minLength && name.length <= switchNameRules.maxLength && pattern.test(name);
