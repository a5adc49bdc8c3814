/** Reads the text fields of a multipart/form-data body; `undefined` when it is not well formed. */
export function multipartFields(body: Buffer, boundary: string): ReadonlyMap<string, string> | undefined {
  const delimiter = Buffer.from(`--${boundary}`);
  const fields = new Map<string, string>();
  let at = body.indexOf(delimiter);
  while (at !== -1) {
    const start = at + delimiter.length;
    if (body.subarray(start, start + 2).toString('latin1') === '--') return fields;
    const headersEnd = body.indexOf('\r\n\r\n', start);
    const next = body.indexOf(`\r\n--${boundary}`, start);
    if (headersEnd === -1 || next === -1 || headersEnd > next) return undefined;
    const headers = body.subarray(start, headersEnd).toString('utf8');
    const name = /;\s*name="([^"]*)"/i.exec(headers)?.[1];
    // A part with a file name would be an external table, which is not supported.
    if (name === undefined || /;\s*filename=/i.test(headers)) return undefined;
    fields.set(name, body.subarray(headersEnd + 4, Math.max(headersEnd + 4, next)).toString('utf8'));
    at = next + 2;
  }
  return undefined;
}

/** The boundary that a Content-Type header announces, if it announces a form. */
export function formBoundary(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^multipart\/form-data\b/i.test(contentType)) return undefined;
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}
