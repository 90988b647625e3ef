//! Texts of the pages of staff: the frame, the queue, the case.

use crate::web::words::Words;

texts! {
    // The frame
    NAV_QUEUE = "待办", "Queue";
    NAV_BOARD = "督办", "Supervision";
    NAV_CAUSES = "原因分析", "Causes";
}
