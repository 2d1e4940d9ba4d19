/** Joins what there is of the parts with an empty line between. */
export function paragraphs(...parts: readonly (string | undefined)[]): string {
  return paragraphList(...parts).join('\n\n');
}

export function paragraphList(...parts: readonly (string | undefined)[]): string[] {
  return parts.filter((part): part is string => part !== undefined && part !== '');
}
