/** A mean over seeds, and how far it may be from the truth. */
export interface Estimate {
  readonly mean: number;
  /** Half of the 95 % confidence interval; 0 where there is one seed only. */
  readonly half: number;
}

/** Student's t for 95 %, by degrees of freedom from 1 up. */
const students = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16];
const normal = 1.96;

/** The mean of these, with its 95 % confidence interval. */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  if (count === 0) return { mean: 0, half: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, half: 0 };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(squares / (count - 1) / count);
  return { mean, half: (students[count - 2] ?? normal) * error };
}
