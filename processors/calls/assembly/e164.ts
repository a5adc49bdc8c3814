/** The number where it is a valid E.164 one as given, else empty: national forms depend on a country we do not know. */
export const e164Of = (number: string): string => (/^\+[1-9]\d{6,14}$/.test(number) ? number : '');
