import { useEffect, useMemo, useSyncExternalStore } from "react";
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
}

/** source: another one is another tree. position: a constant while the source is the same. */
export function useTree(source: TreeSource, position: Position | null): Tree {
  const { socket } = useApi();
  const store = useMemo(() => new TreeStore(source), [source]);
  useEffect(() => {
    store.start();
    return store.stop;
  }, [store]);
  useEffect(() => {
    if (!position) return;
    return followEvents(socket, position.programId, ["AFFILIATE"], position.eventCursor, {
      happened: (event) => void happened(store, event),
      expired: () => void store.allAgain(),
    });
  }, [store, socket, position]);
  const state = useSyncExternalStore(store.subscribe, store.state);
  return useMemo(() => ({ ...state, store }), [state, store]);
}

/** Whoever registers changes one branch; a move changes two, and the sums of everybody above them. */
async function happened(store: TreeStore, { name, data }: ProgramEvent): Promise<void> {
  if (name !== "affiliate.registered") return store.allAgain();
  const { parent } = data as { readonly parent: string | null };
  return store.again(parent ?? top);
}
