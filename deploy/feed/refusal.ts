type Envelope = {
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly details?: readonly { readonly field: string; readonly message: string }[];
  };
};

/** What an error of ingest or of the API says, each detail in a line; null where a body is none of theirs. */
export const refusalOf = (body: unknown): string | null => {
  if (typeof body !== 'object' || body === null) return null;
  const { error } = body as Envelope;
  if (typeof error?.message !== 'string') return null;
  const details = (error.details ?? []).map(({ field, message }) => `\n  ${field} ${message}`);
  return `${error.message}${details.join('')}`;
};

/** The same behind its code, of a body that has not been read yet; of what is none of theirs the beginning. */
export const refusalOfText = (text: string): string => {
  try {
    const body = JSON.parse(text) as Envelope;
    const told = refusalOf(body);
    if (told !== null) return `${body.error?.code}: ${told}`;
  } catch {
    // Shown below.
  }
  return text.trim().slice(0, 300);
};
