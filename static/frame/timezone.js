// The viewer's time zone, told to the server once; the next page shows times in it.
import { remember } from "./cookie.js";

if (!/(^|; )timezone=/.test(document.cookie)) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) remember("timezone", zone.replace(/[^A-Za-z0-9_+\/-]/g, ""));
}
