/** Raised whenever the fold gives other spans for the same events: rows of newer code hold against those of older. */
export const agentEpoch = 2;
