import { programHref } from "../routing";
import "./views.css";

interface Props {
  readonly slug: string;
  /** What is looked at in several ways. */
  readonly label: string;
  readonly views: readonly { readonly path: string; readonly name: string }[];
  readonly shown: string;
}

/** Several ways to look at the same thing, each with an address. */
export function Views({ slug, label, views, shown }: Props) {
  return (
    <nav className="views" aria-label={label}>
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
