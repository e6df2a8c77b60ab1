/** Most specific first: Edge says that it is Chrome, and Chrome that it is Safari. */
const browsers = [
  { mark: /\bEdg\//, name: "Edge" },
  { mark: /\bOPR\//, name: "Opera" },
  { mark: /\bFirefox\//, name: "Firefox" },
  { mark: /\bHeadlessChrome\//, name: "Chrome without a window" },
  { mark: /\b(Chrome|CriOS)\//, name: "Chrome" },
  { mark: /\bSafari\//, name: "Safari" },
] as const;

const systems = [
  { mark: /\bAndroid\b/, name: "Android" },
  { mark: /\b(iPhone|iPad)\b/, name: "iOS" },
  { mark: /\bWindows\b/, name: "Windows" },
  { mark: /\bMac OS X\b/, name: "macOS" },
  { mark: /\bLinux\b/, name: "Linux" },
] as const;

/** "Firefox on Windows"; of other programs the name that they give themselves. */
export function deviceOf(userAgent: string | null): string {
  const browser = browsers.find(({ mark }) => mark.test(userAgent ?? ""))?.name;
  const system = systems.find(({ mark }) => mark.test(userAgent ?? ""))?.name;
  if (browser) return system ? `${browser} on ${system}` : browser;
  return userAgent?.split(/[\s/]/, 1)[0] || "Unknown program";
}
