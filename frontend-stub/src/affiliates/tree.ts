import type { AffiliateBranchSumsFragment, AffiliateMemberFragment } from "../generated/operations";
import type { Failure } from "../values/failure";

export interface Member extends AffiliateMemberFragment {
  /** From the parent up to the root; only where a list is no branch of the tree. */
  readonly upline?: readonly { readonly id: string; readonly referralCode: string }[];
  readonly sums: AffiliateBranchSumsFragment | null;
}

export interface Count {
  readonly value: number;
  readonly exact: boolean;
}

/** What was read of one member's children, or of the top. */
export interface Branch {
  readonly members: readonly Member[];
  readonly end: string | null;
  readonly hasMore: boolean;
  readonly total: Count | null;
  readonly failure: Failure | null;
  readonly busy: boolean;
}

/** By the parent's id; the top, which has no parent, is under "". */
export type Branches = ReadonlyMap<string, Branch>;
export const top = "";

export const unread: Branch = {
  members: [],
  end: null,
  hasMore: false,
  total: null,
  failure: null,
  busy: true,
};

/** A line of the tree as it is laid out: level 1 is the top. */
export type Line =
  | ({ readonly kind: "member"; readonly level: number; readonly parent: string } & Placed)
  | {
      readonly kind: "more" | "failed" | "waiting";
      readonly level: number;
      readonly parent: string;
    };

interface Placed {
  readonly member: Member;
  readonly expandable: boolean;
  readonly open: boolean;
}

/** The open part of the tree, top down. */
export function linesOf(branches: Branches, open: ReadonlySet<string>): readonly Line[] {
  const lines: Line[] = [];
  // What the server calls a tree may be none: each branch is shown once.
  const shown = new Set<string>();
  const add = (parent: string, level: number) => {
    const branch = branches.get(parent);
    if (!branch || shown.has(parent)) return;
    shown.add(parent);
    for (const member of branch.members) {
      const isOpen = open.has(member.id) && branches.has(member.id);
      const expandable = member.sums === null || member.sums.directMembers > 0;
      lines.push({ kind: "member", level, parent, member, expandable, open: isOpen });
      if (isOpen) add(member.id, level + 1);
    }
    if (branch.failure) lines.push({ kind: "failed", level, parent });
    else if (branch.busy && branch.members.length === 0)
      lines.push({ kind: "waiting", level, parent });
    else if (branch.hasMore) lines.push({ kind: "more", level, parent });
  };
  add(top, 1);
  return lines;
}

/** How many of a branch are still to be read; null where nobody has counted so far. */
export function left({ total, members }: Branch): number | null {
  return total?.exact ? Math.max(0, total.value - members.length) : null;
}

/** Newer words about members that are shown already; what is new or gone shows when its branch is read again. */
export function updated(branches: Branches, newer: ReadonlyMap<string, Member>): Branches {
  const next = new Map<string, Branch>();
  for (const [parent, branch] of branches) {
    const touched = branch.members.some(({ id }) => newer.has(id));
    next.set(parent, touched ? { ...branch, members: branch.members.map(renew) } : branch);
  }
  return next;

  function renew(member: Member): Member {
    const found = newer.get(member.id);
    return found ? { ...member, ...found } : member;
  }
}

/** Where an arrow key leads from a line; null: nowhere. */
export function step(lines: readonly Line[], at: number, key: string): number | null {
  const line = lines[at];
  if (!line) return null;
  const within = (index: number) => (index >= 0 && index < lines.length ? index : null);
  switch (key) {
    case "ArrowDown":
      return within(at + 1);
    case "ArrowUp":
      return within(at - 1);
    case "Home":
      return 0;
    case "End":
      return lines.length - 1;
    case "ArrowRight":
      return (lines[at + 1]?.level ?? 0) > line.level ? at + 1 : null;
    case "ArrowLeft":
      return parentOf(lines, at);
    default:
      return null;
  }
}

function parentOf(lines: readonly Line[], at: number): number | null {
  const level = lines[at]?.level ?? 1;
  for (let index = at - 1; index >= 0; index -= 1) {
    if ((lines[index]?.level ?? level) < level) return index;
  }
  return null;
}
