// The names that acts are made of, fetched once: what forms offer, and the names of states.
import { getJson } from './api';
import type { Context } from './context';
import type { Vocabulary } from './types';

let fetched: Promise<Vocabulary> | undefined;

export const vocabulary = (): Promise<Vocabulary> => {
  fetched ??= getJson<Vocabulary>('/v1/law/vocabulary').catch((error: unknown) => {
    fetched = undefined;
    throw error;
  });
  return fetched;
};

/** Teaches the names of states; without them codes are shown, so what goes wrong here is no matter. */
export const knownVocabulary = async (context: Pick<Context, 'states'>): Promise<void> => {
  try {
    context.states.learn(await vocabulary());
  } catch {
    // The view that needs it says so.
  }
};
