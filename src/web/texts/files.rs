//! Texts about what is handed in.

use crate::web::words::Words;

texts! {
    TITLE = "材料", "Documents";
    NONE = "还没有材料。", "No documents yet.";
    CHOOSE = "选择文件", "Choose a file";
    HINT = "PDF、JPEG 或 PNG；加密保存，只给经办人和督办看。单个文件最大 ", "PDF, JPEG or PNG; kept encrypted, seen by your officer and their supervisors alone. Largest file: ";
    HINT_STAFF = "PDF、JPEG 或 PNG；加密保存。单个文件最大 ", "PDF, JPEG or PNG; kept encrypted. Largest file: ";
    WORDS = "这是什么材料", "What it is";
    SEND = "上传", "Upload";
    AGAIN_TITLE = "文件没有收下", "The file was not taken";
    AGAIN_LEDE = "什么都没有改变。请按提示处理后重新选择文件。", "Nothing has changed. Do what is said below and choose the file again.";
    BACK = "返回", "Back";
    WORDS_MISSING = "请写明这是什么材料（不超过 2000 字）", "Say what it is, in at most 2,000 characters";
}
