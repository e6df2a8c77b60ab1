import { programHref } from "../routing";

const views = [
  { path: "ledger", name: "Trial balance" },
  { path: "ledger/accounts", name: "Accounts" },
  { path: "ledger/transactions", name: "Transactions" },
] as const;

interface Props {
  readonly slug: string;
  readonly shown: (typeof views)[number]["path"];
}

/** The three ways to look at the same books. */
export function LedgerViews({ slug, shown }: Props) {
  return (
    <nav className="views" aria-label="Ledger">
      {views.map(({ path, name }) => (
        <a
          key={path}
          href={programHref(slug, path)}
          aria-current={path === shown ? "page" : undefined}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}
