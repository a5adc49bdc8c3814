import type { FastifyReply, FastifyRequest } from 'fastify';

/** Whether the client asks for this media type by name; anybody else gets JSON. */
export const accepts = (request: FastifyRequest, reply: FastifyReply, mediaType: string): boolean => {
  void reply.header('vary', 'accept');
  const accepted = (request.headers.accept ?? '').split(',').map((one) => one.split(';')[0]?.trim().toLowerCase());
  return accepted.includes(mediaType);
};
