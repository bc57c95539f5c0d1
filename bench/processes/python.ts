import { execFileSync } from 'node:child_process';

/** What torch says of itself; its products of matrices are as fast as the BLAS that it finds. */
const question = `
import torch
product = torch.ones(2, 2) @ torch.ones(2, 2)
maps = open('/proc/self/maps').read().lower()
blas = next((name for name in ('openblas', 'mkl', 'libblas') if name in maps), 'its own BLAS')
print(torch.__version__, 'with', blas)
`;

function ask(command: string): string | undefined {
  try {
    return execFileSync(command, ['-c', question], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** Debian's packages belong to its own Python, which need not be the first one on the path. */
const candidates = process.env['PYTHON'] === undefined ? ['python3', '/usr/bin/python3'] : [process.env['PYTHON']];

interface Python {
  readonly command: string;
  /** What its torch says of itself, where it has one. */
  readonly torch?: string;
}

function find(): Python {
  for (const command of candidates) {
    const torch = ask(command);
    if (torch !== undefined) return { command, torch };
  }
  return { command: candidates[0]! };
}

let found: Python | undefined;

/** Looked for once, when it is first needed. */
const peer = (): Python => (found ??= find());

/** The Python that runs the peer programs; `PYTHON` names another one. */
export const python = (): string => peer().command;

/** The version of torch and its BLAS, or `undefined` where there is none. */
export const torchVersion = (): string | undefined => peer().torch;
