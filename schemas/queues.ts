/** Stands for a queue where a source tells only by whom, not which queue, was left. */
export const unknownQueueId = 'unknown';
