import { useCallback, useEffect, useState } from "react";
import { type PayoutsRecipientFragment, PayoutsRecipientsDocument } from "../generated/operations";
import { type Api, useApi } from "../live/api";
import { type Failure, failureOf } from "../values/failure";

export type Recipient = PayoutsRecipientFragment;

export interface Recipients {
  /** All of the batch's, in the order of their Transfers; null until the last page has come. */
  readonly rows: readonly Recipient[] | null;
  readonly loaded: number;
  readonly failure: Failure | null;
  readonly again: () => void;
}

const pageSize = 200;
/** Far more than a batch holds: an answer that never ends is no batch. */
const most = 100_000;

/**
 * Everybody whom the batch pays: owners sign for all of them, so all are read. Read again when `mark` changes; the rows
 * from before stay until all new ones are there.
 */
export function useRecipients(batchId: string, mark: string): Recipients {
  const api = useApi();
  const [state, setState] = useState<Omit<Recipients, "again">>(nothing);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: mark and round say when to read again
  useEffect(() => {
    let over = false;
    const publish = (change: Partial<Recipients>) => {
      if (!over) setState((before) => ({ ...before, ...change }));
    };
    void readAll(api, batchId, () => over, publish);
    return () => {
      over = true;
    };
  }, [api, batchId, mark, round]);
  return { ...state, again: useCallback(() => setRound((before) => before + 1), []) };
}

const nothing = { rows: null, loaded: 0, failure: null };

async function readAll(
  api: Api,
  id: string,
  isOver: () => boolean,
  publish: (change: Partial<Recipients>) => void,
): Promise<void> {
  const rows: Recipient[] = [];
  let after: string | null = null;
  do {
    const variables: { id: string; first: number; after: string | null } = {
      id,
      first: pageSize,
      after,
    };
    const { data, error } = await api.direct
      .query(PayoutsRecipientsDocument, variables, {})
      .toPromise();
    if (isOver()) return;
    const page = data?.payoutBatch?.payouts;
    if (!page) return publish({ failure: error ? failureOf(error) : gone });
    rows.push(...page.nodes);
    publish({ loaded: rows.length });
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null && rows.length <= most);
  publish({ rows, failure: null });
}

const gone: Failure = { code: "NOT_FOUND", message: "The batch is not there any more." };
