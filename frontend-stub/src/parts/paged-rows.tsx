import type { ReactNode } from "react";
import type { Pages } from "../live/pages";
import { Empty, Failed, Loading } from "./states";

interface Props<Row> {
  readonly pages: Pages<Row>;
  /** "payout batches": for those who wait, and for the button. */
  readonly what: string;
  /** What to say where there is none: why, and what to do next. */
  readonly none: { readonly title: string; readonly children?: ReactNode };
  readonly children: (rows: readonly Row[]) => ReactNode;
}

/** A list with all of its states: loading, failed, empty, rows, and more of them. */
export function PagedRows<Row>({ pages, what, none, children }: Props<Row>) {
  const { rows, failure, hasMore, more, again } = pages;
  return (
    <>
      {failure && <Failed failure={failure} retry={again} />}
      {!rows && !failure && <Loading what={what} />}
      {rows && rows.length > 0 && children(rows)}
      {rows && rows.length === 0 && <Empty title={none.title}>{none.children}</Empty>}
      {hasMore && (
        <button type="button" className="more" onClick={more}>
          Show more {what}
        </button>
      )}
    </>
  );
}

/** "12 in all", "over 10,000 match". */
export function Total({ total, filtered = false }: TotalProps) {
  if (!total) return null;
  return (
    <span className="muted total">
      {total.exact ? "" : "over "}
      {(total.exact ? total.value : total.value - 1).toLocaleString("en")}{" "}
      {filtered ? "match" : "in all"}
    </span>
  );
}

interface TotalProps {
  readonly total: { readonly value: number; readonly exact: boolean } | null;
  readonly filtered?: boolean;
}
