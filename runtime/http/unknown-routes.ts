import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CommonError } from './http-error.ts';

type Known = { readonly matches: RegExp; readonly methods: Set<string> };

/** Answers 405 with `Allow` where the path exists with other methods, 404 elsewhere. Call before any route is added. */
export const answerUnknownRoutes = (app: FastifyInstance): void => {
  const known = new Map<string, Known>();
  app.addHook('onRoute', ({ url, method }) => {
    const route = known.get(url) ?? { matches: toRegExp(url), methods: new Set() };
    for (const name of [method].flat()) route.methods.add(name);
    known.set(url, route);
  });
  app.setNotFoundHandler(async (request: FastifyRequest, _reply: FastifyReply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = [...known.values()].flatMap((route) => (route.matches.test(path) ? [...route.methods] : []));
    // A route can itself say that there is nothing, as that of the files of /docs does.
    if (methods.length === 0 || methods.includes(request.method)) {
      throw new CommonError(404, 'RESOURCE_NOT_FOUND', 'There is nothing at this path; see /docs.');
    }
    const allow = [...new Set(methods)].sort().join(', ');
    throw new CommonError(405, 'METHOD_NOT_ALLOWED', `Use ${allow} here.`, { headers: { allow } });
  });
};

const toRegExp = (url: string): RegExp => {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+').replace('*', '.*')}$`);
};
