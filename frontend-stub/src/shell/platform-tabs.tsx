import { systemHref } from "../routing";

const pages = [
  { area: undefined, href: "#/", name: "Programs" },
  { area: "system", href: systemHref, name: "System" },
] as const;

/** For operators, outside of a program. area: the first part of the address. */
export function PlatformTabs({ area }: { area: string | undefined }) {
  return (
    <nav className="tabs" aria-label="Pages">
      {pages.map((page) => (
        <a key={page.href} href={page.href} aria-current={page.area === area ? "page" : undefined}>
          {page.name}
        </a>
      ))}
    </nav>
  );
}
