/** Who may frame an app: itself and the shell. Everything else of its Content-Security-Policy stays. Pure. */

/** One header's value: a list of policies, each kept but for its `frame-ancestors`. */
export function framedBy(value: string, shell: string): string {
  return value
    .split(',')
    .map((policy) => {
      const kept = policy
        .split(';')
        .map((directive) => directive.trim())
        .filter((directive) => directive !== '' && !/^frame-ancestors(\s|$)/i.test(directive));
      return [...kept, ancestors(shell)].join('; ');
    })
    .join(', ');
}

/** `'self'` too: an app may frame pages of its own, and each ancestor must be allowed. */
export const allowedAncestors = (shell: string): string => `'self' ${shell}`;
export const ancestors = (shell: string): string => `frame-ancestors ${allowedAncestors(shell)}`;
