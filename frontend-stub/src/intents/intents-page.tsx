import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useApi } from "../live/api";
import { ExportButton } from "../parts/export-button";
import { PageTitle } from "../parts/page-title";
import { Total } from "../parts/paged-rows";
import { Empty, Failed, Loading } from "../parts/states";
import { programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { Filters } from "./filters";
import { IntentFeed } from "./intent-feed";
import { waiting } from "./intent-list";
import { IntentTable } from "./intent-table";
import { KeySearch } from "./key-search";
import { asked, filterOf, type ListFilter, searched } from "./list-filter";

interface Props {
  readonly program: ProgramCard;
  readonly query: URLSearchParams;
}

/** All intents of the program, for who may read it. */
export function IntentsPage({ program, query }: Props) {
  const filter = filterOf(query);
  const key = query.get("key");
  if (key === null) return <List program={program} filter={filter} searched={searched(query)} />;
  return (
    <>
      <PageTitle title="Intents" />
      <Filters slug={program.slug} filter={filter} searched={key} />
      <KeySearch program={program} idempotencyKey={key} />
    </>
  );
}

interface ListProps {
  readonly program: ProgramCard;
  readonly filter: ListFilter;
  readonly searched: string;
}

function List({ program, filter, searched }: ListProps) {
  const { slug } = program;
  const feed = useFeed(slug, filter);
  const { list, total, next, failure } = useSyncExternalStore(feed.subscribe, feed.state);
  const conditions = asked(filter);
  const filtered = Object.keys(conditions).length > 0;
  return (
    <>
      <PageTitle title="Intents">
        <Total total={total} filtered={filtered} />
        <ExportButton programId={program.id} kind="INTENTS" filter={{ ...conditions }} />
      </PageTitle>
      <Filters slug={slug} filter={filter} searched={searched} />
      {failure && <Failed failure={failure} retry={feed.start} />}
      {!list && !failure && <Loading what="intents" />}
      {list && <NewBar {...waiting(list)} show={feed.showNew} />}
      {list && list.rows.length > 0 && (
        <IntentTable slug={slug} rows={list.rows} wanted={filter.status} />
      )}
      {list && list.rows.length === 0 && <NoIntents slug={slug} filter={filter} />}
      {next?.hasNextPage && (
        <button type="button" className="more" onClick={feed.more}>
          Show older intents
        </button>
      )}
    </>
  );
}

function useFeed(slug: string, filter: ListFilter) {
  const api = useApi();
  const text = JSON.stringify(asked(filter));
  const feed = useMemo(() => new IntentFeed(api, slug, JSON.parse(text)), [api, slug, text]);
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
    <div className="new-bar">
      {/* Said once, not at each that follows. */}
      <span className="hidden" role="status">
        {count > 0 && "There are new intents"}
      </span>
      {count > 0 && (
        <button type="button" onClick={top}>
          ↑ {count}
          {more && "+"} new
        </button>
      )}
    </div>
  );
}

function NoIntents({ slug, filter }: { slug: string; filter: ListFilter }) {
  if (Object.keys(asked(filter)).length === 0) {
    return (
      <Empty title="No intents yet">
        <p>
          The first <code>registerUser</code> or <code>submitPayment</code> shows up here by itself.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title={filter.stuck ? "Nothing waits longer than it may" : "No intent matches"}>
      <p>
        <a href={programHref(slug, "intents")}>Show all intents</a>
      </p>
    </Empty>
  );
}
