import { fstatSync } from 'node:fs';

/**
 * Where the runner of GitHub's workflows would see a command: at the start of a line, whatever blanks stand before it,
 * and, by an older rule, anywhere in it.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
const COMMANDS = /((?:^|[\r\n])(?:[^\S\r\n]|\u0085)*):(?=:)|##(?=\[)/g;

/**
 * The stream, or, in a step of a GitHub workflow, one that lets no workflow command through: names of layers, labels
 * and files are anybody's text, and what is printed there may set variables and mark lines as errors. The characters
 * that make a command are written as escapes, `\x3a:` and `#\u0023[` (which JSON reads as what it was).
 *
 * What goes into a file is left as it is: nobody takes that for commands.
 */
export function withoutCommands(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): NodeJS.WriteStream {
  if (!env.GITHUB_ACTIONS || isFile(stream)) return stream;
  let startsLine = true;
  const harmless = (text: string): string => {
    const replaced = text.replace(COMMANDS, (found: string, before: string | undefined, at: number) => {
      if (before === undefined) return '#\\u0023';
      const isInside = at === 0 && !startsLine && !/^[\r\n]/.test(before);
      return isInside ? found : `${before}\\x3a`;
    });
    const lineStart = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
    startsLine = (startsLine || lineStart > 0) && text.slice(lineStart).trim() === '';
    return replaced;
  };
  const write = (chunk: unknown, ...rest: unknown[]): unknown =>
    Reflect.apply(stream.write, stream, [typeof chunk === 'string' ? harmless(chunk) : chunk, ...rest]);
  return new Proxy(stream, {
    get(target, key) {
      if (key === 'write') return write;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function isFile(stream: NodeJS.WriteStream): boolean {
  const fd: unknown = Reflect.get(stream, 'fd');
  try {
    return typeof fd === 'number' && fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
