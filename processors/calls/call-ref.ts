/** Names a call before its id is known: the tenant and the switch's own key. */
export type CallRef = { readonly tenant_id: string; readonly call_key: string };

/** The same as a text, to look it up by. No tenant id holds a NUL. */
export const refOf = ({ tenant_id, call_key }: CallRef): string => `${tenant_id}\0${call_key}`;

export const fromRef = (ref: string): CallRef => {
  const end = ref.indexOf('\0');
  return { tenant_id: ref.slice(0, end), call_key: ref.slice(end + 1) };
};
