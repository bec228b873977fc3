/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"
int main(void)
{
	return 0;
}
