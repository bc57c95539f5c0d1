import type { Who } from '../types.js';
import { type Participant, label, start } from './participant.js';

/** The processes of a work: started when first needed. */
export interface Pool {
  get(who: Who): Participant;
  /** Ends one that can do no more; the next `get` starts another. */
  drop(who: Who): void;
  close(): void;
}

export function participantPool(): Pool {
  const started = new Map<string, Participant>();
  const drop = (who: Who): void => {
    started.get(label(who))?.close();
    started.delete(label(who));
  };
  return {
    get(who) {
      const participant = started.get(label(who)) ?? start(who);
      started.set(label(who), participant);
      return participant;
    },
    drop,
    close: () => [...started.values()].forEach(({ who }) => drop(who)),
  };
}
