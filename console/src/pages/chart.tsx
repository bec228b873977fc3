// SPDX-License-Identifier: Apache-2.0
// Throughput of the last minutes as a line that grows.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { clockSeconds, number } from '../format';
import { t, useTongue } from '../i18n';

export interface Point { at: number; rate: number }

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function make(host: HTMLElement, width: number): uPlot {
	const axis = { stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
	return new uPlot({
		width,
		height: 200,
		cursor: { y: false },
		legend: { show: false },
		scales: { x: { time: true }, y: { range: (_chart, _low, high) => [0, Math.max(10, high * 1.15)] } },
		axes: [
			{ ...axis, values: (_chart, splits) => splits.map((one) => clockSeconds(one * 1000)), space: 90 },
			{ ...axis, values: (_chart, splits) => splits.map((one) => number(one)), size: 60 },
		],
		series: [{}, { label: t('overview.rate'), stroke: colour('--accent'), fill: colour('--accent-soft'), width: 2, points: { show: false } }],
	}, [[], []], host);
}

export default function Chart({ points }: { points: Point[] }) {
	const host = useRef<HTMLDivElement>(null);
	const chart = useRef<uPlot | null>(null);
	const tongue = useTongue();
	useEffect(() => {
		const dark = window.matchMedia('(prefers-color-scheme: dark)');
		const build = () => {
			chart.current?.destroy();
			chart.current = make(host.current!, host.current!.clientWidth || 600);
			draw();
		};
		const draw = () => chart.current?.setData([latest.current.map((one) => one.at / 1000), latest.current.map((one) => one.rate)]);
		build();
		const watch = new ResizeObserver(() => chart.current?.setSize({ width: host.current!.clientWidth, height: 200 }));
		watch.observe(host.current!);
		dark.addEventListener('change', build);
		return () => {
			watch.disconnect();
			dark.removeEventListener('change', build);
			chart.current?.destroy();
			chart.current = null;
		};
	}, [tongue]);
	const latest = useRef(points);
	latest.current = points;
	useEffect(() => chart.current?.setData([points.map((one) => one.at / 1000), points.map((one) => one.rate)]), [points]);
	const last = points[points.length - 1];
	return <div class="chart" ref={host} role="img" aria-label={`${t('overview.rate')}: ${last ? number(last.rate, 1) : '—'}`} />;
}
