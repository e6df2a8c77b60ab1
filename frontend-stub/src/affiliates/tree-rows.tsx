import type { CSSProperties } from "react";
import { Amount } from "../parts/amount";
import { Hash } from "../parts/hash";
import { Failed } from "../parts/states";
import { affiliateHref } from "../routing";
import { Standing } from "./standing";
import { type Line, left, type Member, unread } from "./tree";
import type { TreeStore } from "./tree-store";
import type { Tree } from "./use-tree";

interface MemberProps {
  readonly slug: string;
  readonly line: Extract<Line, { kind: "member" }>;
  readonly store: TreeStore;
  readonly earned: boolean;
}

export function MemberCells({ slug, line, store, earned }: MemberProps) {
  const { member, level } = line;
  const { sums } = member;
  return (
    <>
      <th scope="row">
        <div className="member" style={indented(level)}>
          <Opener line={line} store={store} />
          <span>
            <a className="member-name" href={affiliateHref(slug, member.id)} tabIndex={-1}>
              {member.displayName ?? member.referralCode}
            </a>{" "}
            {member.status !== "ACTIVE" && <Standing status={member.status} />}
            <span className="second">
              {member.displayName && <code>{member.referralCode}</code>}{" "}
              {member.wallet && <Hash value={member.wallet} />}
            </span>
            {member.upline && member.upline.length > 0 && <Above member={member} />}
            <span className="second narrow">{members(sums?.members)} below</span>
          </span>
        </div>
      </th>
      <td className="right wide amount">{count(sums?.members)}</td>
      <td className="right wide amount">{count(sums?.referredUsers)}</td>
      <td className="right">
        <Amount money={sums?.volume} />
      </td>
      {earned && (
        <td className="right wide">
          <Amount money={sums?.earned} />
        </td>
      )}
    </>
  );
}

/** For the pointer; the row itself answers the arrow keys, and tells screen readers whether it is open. */
function Opener({ line, store }: Pick<MemberProps, "line" | "store">) {
  if (!line.expandable) return <span className="opener" />;
  const { id, displayName, referralCode } = line.member;
  return (
    <button
      type="button"
      className="quiet opener"
      tabIndex={-1}
      aria-label={`${line.open ? "Close" : "Open"} the branch of ${displayName ?? referralCode}`}
      onClick={() => (line.open ? store.close(id) : store.open(id))}
    >
      <span aria-hidden="true">{line.open ? "▾" : "▸"}</span>
    </button>
  );
}

/** Where somebody who was found stands. */
function Above({ member }: { member: Member }) {
  const codes = member.upline?.map(({ referralCode }) => referralCode).reverse() ?? [];
  return <span className="second">under {codes.join(" › ")}</span>;
}

interface MoreProps {
  readonly line: Line;
  readonly tree: Tree;
  readonly columns: number;
}

/** What stands at the end of a branch that is not, or not wholly, there. */
export function MoreCell({ line, tree, columns }: MoreProps) {
  const branch = tree.branches.get(line.parent) ?? unread;
  const rest = left(branch);
  const more = () => tree.store.more(line.parent);
  return (
    <td colSpan={columns}>
      <div className="member" style={indented(line.level)}>
        <span className="opener" />
        {line.kind === "failed" && branch.failure && (
          <Failed failure={branch.failure} retry={more} />
        )}
        {line.kind === "waiting" && <span className="muted">Loading members…</span>}
        {line.kind === "more" && (
          <button type="button" className="more-members" disabled={branch.busy} onClick={more}>
            {branch.busy ? "Loading…" : "Show more members"}
            {rest !== null && <span className="muted"> ({rest.toLocaleString("en")} more)</span>}
          </button>
        )}
      </div>
    </td>
  );
}

function indented(level: number): CSSProperties {
  return { "--level": level - 1 } as CSSProperties;
}

function count(value: number | undefined): string {
  return value === undefined ? "–" : value.toLocaleString("en");
}

function members(value: number | undefined): string {
  return value === 1 ? "1 member" : `${count(value)} members`;
}
