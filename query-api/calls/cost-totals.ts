type Cost = { readonly amount_micros: number; readonly currency: string };

/** The sum of the costs in each currency, in millionths of its unit: currencies are never added to each other. */
export const costTotals = (costs: readonly Cost[]): Cost[] => {
  const totals = new Map<string, number>();
  for (const { amount_micros, currency } of costs) {
    totals.set(currency, (totals.get(currency) ?? 0) + amount_micros);
  }
  return [...totals]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, amount_micros]) => ({ currency, amount_micros }));
};
