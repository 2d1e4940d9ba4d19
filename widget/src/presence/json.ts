/** How deep two values are compared; what differs below counts as different anyway. Infos may be nested beyond the stack. */
const DEPTH = 8;

/** Whether two values that came out of JSON say the same. May say no of two that are nested very deeply, never yes wrongly. */
export function isSameJson(a: unknown, b: unknown, depth = DEPTH): boolean {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b) || depth === 0) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSameJson(a[name], b[name], depth - 1))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
