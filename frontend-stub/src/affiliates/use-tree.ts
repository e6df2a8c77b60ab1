import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { useApi } from "../live/api";
import { followEvents, type ProgramEvent } from "../live/events";
import { top } from "./tree";
import type { TreeSource } from "./tree-source";
import { type TreeState, TreeStore } from "./tree-store";

export interface Tree extends TreeState {
  readonly store: TreeStore;
}

/** Where programEvents stood before the tree was read, for those who may read them. */
export interface Position {
  readonly programId: string;
  readonly eventCursor: string;
  /** The server no longer keeps what came after it: asks for a newer one. */
  readonly renew: () => void;
}

/** source: another one is another tree. position: a constant until there is a newer one. */
export function useTree(source: TreeSource, position: Position | null): Tree {
  const { socket } = useApi();
  const store = useMemo(() => new TreeStore(source), [source]);
  const missed = useRef(false);
  useEffect(() => {
    store.start();
    return store.stop;
  }, [store]);
  useEffect(() => {
    if (!position) return;
    if (missed.current) store.allAgain();
    missed.current = false;
    return followEvents(socket, position.programId, ["AFFILIATE"], position.eventCursor, {
      happened: (event) => happened(store, event),
      expired: () => {
        missed.current = true;
        position.renew();
      },
    });
  }, [store, socket, position]);
  const state = useSyncExternalStore(store.subscribe, store.state);
  return useMemo(() => ({ ...state, store }), [state, store]);
}

/** Whoever registers changes one branch; a move changes two, and the sums of everybody above them. */
function happened(store: TreeStore, { name, data }: ProgramEvent): void {
  if (name === "affiliate.registered") {
    const { parent } = data as { readonly parent: string | null };
    store.again(parent ?? top);
  } else {
    store.allAgain();
  }
}
