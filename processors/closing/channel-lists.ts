import type { ClosingReader } from './ports.ts';
import type { ChannelList } from './rules.ts';
import type { SwitchLife } from './switch-lives.ts';

/** Reads what switches listed as their live channels, by the refs of switches. */
export type ChannelListReader = {
  /** The switch's latest list; read again only when there is a later one. */
  readonly latest: (ref: string, life: SwitchLife) => Promise<ChannelList | null>;
  readonly since: (ref: string, sinceUs: number) => Promise<readonly ChannelList[]>;
};

export const createListReader = (reader: Pick<ClosingReader, 'channelLists'>): ChannelListReader => {
  const known = new Map<string, ChannelList>();
  const since: ChannelListReader['since'] = async (ref, sinceUs) => {
    const end = ref.indexOf('\0');
    return reader.channelLists({ tenant_id: ref.slice(0, end), switch_id: ref.slice(end + 1) }, sinceUs);
  };
  return {
    since,
    latest: async (ref, { lastListedAt }) => {
      if (lastListedAt === null) return null;
      const last = known.get(ref);
      if (last !== undefined && last.at >= lastListedAt) return last;
      const [found] = await since(ref, lastListedAt);
      if (found !== undefined) known.set(ref, found);
      return found ?? null;
    },
  };
};
