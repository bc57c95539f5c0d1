import { execFileSync } from 'node:child_process';

/** The Python that runs the peer programs; `PYTHON` names another one. */
export const python = process.env['PYTHON'] ?? 'python3';

/** The version of torch, or `undefined` where there is none. */
export function torchVersion(): string | undefined {
  try {
    const program = 'import torch; print(torch.__version__)';
    return execFileSync(python, ['-c', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
