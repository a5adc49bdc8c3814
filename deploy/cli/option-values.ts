import { InvalidArgumentError } from 'commander';

/** Reads a port between two bounds. */
export const portOption =
  (min: number, max: number) =>
  (text: string): number => {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < min || port > max)
      throw new InvalidArgumentError(`Give a port from ${min} to ${max}.`);
    return port;
  };

/** Reads the name of a folder: empty, as an unset variable leaves it, it would mean the one we are in. */
export const folderOption = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('Give a folder.');
  return text;
};

/** Reads the address of a service; given back without a slash at its end. */
export const urlOption = (text: string): string => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new InvalidArgumentError('Give an address such as http://host:port.');
  return text.replace(/\/+$/, '');
};

/** Reads words separated by commas. */
export const listOption = (text: string): readonly string[] => {
  const words = text.split(',').map((word) => word.trim());
  if (words.includes('')) throw new InvalidArgumentError('Give words separated by commas.');
  return words;
};

/** Reads a whole number of seconds, at least 1. */
export const secondsOption = (text: string): number => {
  const seconds = Number(text);
  if (!/^\d{1,6}$/.test(text) || seconds < 1) throw new InvalidArgumentError('Give a whole number of seconds.');
  return seconds;
};
