import { type KeyboardEvent, useEffect, useState } from "react";
import { useRowWindow } from "../parts/row-window";
import { ScrollArea } from "../parts/scroll-area";
import { step, top } from "./tree";
import { MemberCells, MoreCell } from "./tree-rows";
import type { Tree } from "./use-tree";

interface Props {
  readonly slug: string;
  readonly tree: Tree;
  /** What the tree is called, for those who cannot see it. */
  readonly label: string;
  /** What each branch earned its member: not for the affiliates above. */
  readonly earned: boolean;
}

const rowHeight = 58;

/**
 * The tree as a table whose rows are walked with the arrow keys: right opens, left closes, Enter follows the link.
 * Only rows near the screen are there.
 */
export function TreeTable({ slug, tree, label, earned }: Props) {
  const { lines, store } = tree;
  const rows = useRowWindow(lines.length, rowHeight);
  const walk = useWalk(tree, rows.show);
  const { indexes } = rows;
  const [first = 0] = indexes;
  const tabStop = indexes.includes(walk.at) ? walk.at : first;
  useEffect(() => {
    const members = indexes.map((index) => lines[index]);
    store.see(members.flatMap((line) => (line?.kind === "member" ? [line.member.id] : [])));
  }, [store, lines, indexes]);
  return (
    <ScrollArea card label={label}>
      <table
        className="member-tree"
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a treegrid is a table that the arrow keys walk
        role="treegrid"
        aria-label={label}
        aria-rowcount={lines.length + 1}
        onKeyDown={walk.onKeyDown}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">Member</th>
            <th scope="col" className="right wide">
              Branch members
            </th>
            <th scope="col" className="right wide">
              Customers
            </th>
            <th scope="col" className="right">
              Volume
            </th>
            {earned && (
              <th scope="col" className="right wide">
                Earned
              </th>
            )}
          </tr>
        </thead>
        <tbody ref={rows.body}>
          <Spacer height={rows.above} />
          {indexes.map((index) => {
            const line = lines[index];
            if (!line) return null;
            const isMember = line.kind === "member";
            return (
              <tr
                key={isMember ? line.member.id : `${line.parent} ${line.kind}`}
                ref={rows.measure}
                data-index={index}
                data-line={index}
                aria-rowindex={index + 2}
                aria-level={line.level}
                aria-expanded={isMember && line.expandable ? line.open : undefined}
                tabIndex={index === tabStop ? 0 : -1}
                onFocus={() => walk.go(index)}
              >
                {isMember ? (
                  <MemberCells slug={slug} line={line} store={store} earned={earned} />
                ) : (
                  <MoreCell line={line} tree={tree} columns={earned ? 5 : 4} />
                )}
              </tr>
            );
          })}
          <Spacer height={rows.below} />
        </tbody>
      </table>
    </ScrollArea>
  );
}

/** Stands for the rows that are not there. */
function Spacer({ height }: { height: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a bare row takes no focus
    <tr aria-hidden="true" className="spacer">
      <td style={{ height }} />
    </tr>
  );
}

/** Which line has the keyboard. */
function useWalk({ lines, store }: Tree, show: (index: number) => void) {
  const [at, go] = useState(0);
  const [wanted, want] = useState<number | null>(null);
  useEffect(() => {
    if (wanted === null) return;
    const row = document.querySelector<HTMLElement>(`tr[data-line="${wanted}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    want(null);
  });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (!(event.target instanceof HTMLTableRowElement)) return;
    // Lines move below a row that has the keyboard.
    const here = Number(event.target.dataset.line);
    const line = lines[here];
    const { key } = event;
    if (line?.kind === "member" && key === "ArrowRight" && line.expandable && !line.open) {
      store.open(line.member.id);
    } else if (line?.kind === "member" && key === "ArrowLeft" && line.open) {
      store.close(line.member.id);
    } else if (key === "Enter" || key === " ") {
      event.target.querySelector<HTMLElement>("a, .more-members")?.click();
    } else {
      const to = step(lines, here, key);
      if (to === null) return;
      show(to);
      go(to);
      want(to);
    }
    event.preventDefault();
  };
  return { at, go, onKeyDown };
}

/** Whether there is nobody in the tree at all. */
export function isEmpty({ branches }: Tree): boolean {
  const first = branches.get(top);
  return first !== undefined && !first.busy && !first.failure && first.members.length === 0;
}
