import { Hash } from "../parts/hash";

interface Props {
  readonly hash: string;
  /** Of the platform, if it relayed; owners may have executed it themselves. */
  readonly transaction:
    | { readonly hash: string; readonly explorerUrl: string | null }
    | null
    | undefined;
}

/** A link where the server named the explorer's page of this very transaction. */
export function ExplorerLink({ hash, transaction }: Props) {
  const known = transaction?.hash === hash ? transaction.explorerUrl : null;
  // Only a web address is a link: what else a server may say would run in the page.
  const safe = known && /^https?:\/\//.test(known) ? known : null;
  return <Hash value={hash} href={safe} />;
}
