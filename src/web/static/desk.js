// Pages of staff: shortcuts for those who work with the keyboard all day. Everything works without them.
"use strict";
