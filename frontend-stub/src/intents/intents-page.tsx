import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useApi } from "../live/api";
import { PageTitle } from "../parts/page-title";
import { Empty, Failed, Loading } from "../parts/states";
import { kinds, statuses } from "../parts/status";
import { named, programHref } from "../routing";
import { Filters } from "./filters";
import { IntentFeed } from "./intent-feed";
import { waiting } from "./intent-list";
import { IntentTable } from "./intent-table";

interface Props {
  readonly slug: string;
  readonly query: URLSearchParams;
}

export function IntentsPage({ slug, query }: Props) {
  const status = named(query, "status", statuses);
  const kind = named(query, "kind", kinds);
  const feed = useFeed(slug, status, kind);
  const { list, total, next, failure } = useSyncExternalStore(feed.subscribe, feed.state);
  const filtered = status.length > 0 || kind.length > 0;
  return (
    <>
      <PageTitle title="Intents">
        {total && (
          <span className="muted total">
            {total.exact ? "" : "over "}
            {total.value.toLocaleString("en")} {filtered ? "match" : "in all"}
          </span>
        )}
      </PageTitle>
      <Filters status={status} kind={kind} />
      {failure && <Failed failure={failure} retry={feed.start} />}
      {!list && !failure && <Loading what="intents" />}
      {list && <NewBar {...waiting(list)} show={feed.showNew} />}
      {list && list.rows.length > 0 && <IntentTable slug={slug} rows={list.rows} />}
      {list && list.rows.length === 0 && <NoIntents slug={slug} filtered={filtered} />}
      {next?.hasNextPage && (
        <button type="button" className="more" onClick={feed.more}>
          Show older intents
        </button>
      )}
    </>
  );
}

function useFeed(slug: string, status: readonly string[], kind: readonly string[]) {
  const api = useApi();
  const filter = JSON.stringify({
    ...(status.length > 0 && { status }),
    ...(kind.length > 0 && { kind }),
  });
  const feed = useMemo(() => new IntentFeed(api, slug, JSON.parse(filter)), [api, slug, filter]);
  useEffect(() => {
    void feed.start();
    return feed.stop;
  }, [feed]);
  return feed;
}

interface NewBarProps {
  readonly count: number;
  readonly more: boolean;
  readonly show: () => void;
}

/** New intents wait here, so that no row moves under the pointer. */
function NewBar({ count, more, show }: NewBarProps) {
  const top = () => {
    show();
    window.scrollTo({ top: 0 });
  };
  return (
    <div className="new-bar" role="status">
      {count > 0 && (
        <button type="button" onClick={top}>
          ↑ {count}
          {more && "+"} new
        </button>
      )}
    </div>
  );
}

function NoIntents({ slug, filtered }: { slug: string; filtered: boolean }) {
  if (!filtered) {
    return (
      <Empty title="No intents yet">
        <p>
          The first <code>registerUser</code> or <code>submitPayment</code> shows up here by itself.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No intent matches">
      <p>
        <a href={programHref(slug, "intents")}>Show all intents</a>
      </p>
    </Empty>
  );
}
